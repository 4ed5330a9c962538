"""LangChain's own tests of embeddings, with Roost as OpenAI's server. Run by pytest with ROOST_URL and ROOST_MODEL."""

import os

from langchain_openai import OpenAIEmbeddings
from langchain_tests.integration_tests import EmbeddingsIntegrationTests


class TestEmbeddings(EmbeddingsIntegrationTests):
    @property
    def embeddings_class(self):
        return OpenAIEmbeddings

    @property
    def embedding_model_params(self):
        # Texts are sent as texts: LangChain otherwise makes tokens of OpenAI's vocabulary of them.
        url = os.environ["ROOST_URL"] + "/v1"
        return {"model": os.environ["ROOST_MODEL"], "base_url": url, "api_key": "none", "check_embedding_ctx_length": False}
