namespace Bartizan.Core.Manifests;

/// <summary>The wire format an upstream speaks.</summary>
public enum ModelApi
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>Anthropic Messages.</summary>
    Anthropic,

    /// <summary>OpenAI Chat Completions, Responses, Embeddings.</summary>
    OpenAI,

    /// <summary>Google Gemini: generateContent.</summary>
    Gemini,
}
