"""Teachers: any provider through LiteLLM, or an OpenAI-compatible server over HTTP; one interface."""
