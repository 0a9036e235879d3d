using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Manifests;

/// <summary>An action that may not follow another in one session, however much lies between them.</summary>
/// <param name="Effect">Deny or ask: what becomes of the second once the first was granted.</param>
/// <param name="First">The first action.</param>
/// <param name="Then">The second.</param>
/// <param name="Why">Why.</param>
/// <param name="Position">Where it stands.</param>
public sealed record TrustSequence(
    Effect Effect,
    (Verb Verb, string Pattern) First,
    (Verb Verb, string Pattern) Then,
    string Why,
    SourcePosition Position
)
{
    /// <summary>It as it stands in the file.</summary>
    public string Text => $"{(Effect == Effect.Ask ? "ask" : "deny")}: {Shown(First)} -> {Shown(Then)}";

    private static string Shown((Verb Verb, string Pattern) step) =>
        $"{step.Verb.ToString().ToLowerInvariant()} {step.Pattern}";
}
