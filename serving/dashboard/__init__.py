"""The scoring API in over HTTP, the risk desk's pages out; may import nothing of ours outside this folder."""
