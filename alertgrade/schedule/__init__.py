"""The scheduler (定时任务): a plan of jobs in, each run once in its turn, every run on record; knows no job itself."""
