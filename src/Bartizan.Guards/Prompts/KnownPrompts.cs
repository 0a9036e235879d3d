using Bartizan.Core.Sessions;
using Bartizan.Guards.Sensitive;

namespace Bartizan.Guards.Prompts;

/// <summary>What is known of one session's system prompts, as keyed hashes.</summary>
internal sealed class KnownPrompts(Session session)
{
    /// <summary>The canary, in all its forms.</summary>
    public SecretIndex Canary { get; } = SecretIndex.Of([session.Marks.Canary], isKnown: true);

    /// <summary>What the model gateway adds to each of them.</summary>
    public string? Addition { get; } = session.Marks.Addition(session.Manifest.Guards);

    /// <summary>Their own text.</summary>
    public PromptShingles Text { get; } = new();
}
