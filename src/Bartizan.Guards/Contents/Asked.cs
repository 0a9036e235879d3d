using Bartizan.Core.Manifests;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Packs;

namespace Bartizan.Guards.Contents;

/// <summary>What is asked of one text, and what is done about it; what is null isn't looked for.</summary>
internal sealed record Asked(
    GuardAction? Injection,
    GuardAction? HiddenText,
    GuardAction? Secrets,
    GuardAction? PersonalData,
    GuardAction? Lexical,
    GuardAction? Exfiltration
)
{
    /// <summary>Where clean texts lie on the lexical vote's scale.</summary>
    public LexicalScale Scale { get; init; } = LexicalScale.Shipped;

    /// <summary>What tells of the inside.</summary>
    public GuardAction? Internals { get; init; }

    /// <summary>Counts personal data against the manifest's caps; null where it has none.</summary>
    public DataCount? Counted { get; init; }

    /// <summary>Patterns, tokens and weights.</summary>
    public GuardPack Pack { get; init; } = GuardPack.Shipped;

    /// <summary>The text in its pieces, for what people have answered before; null for content that comes once.</summary>
    public RequestPieces? Pieces { get; init; }

    public Sought Sought =>
        (Injection is null ? Sought.None : Sought.Injection)
        | (Lexical is null ? Sought.None : Sought.Lexical)
        | (HiddenText is null ? Sought.None : Sought.HiddenText)
        | (Exfiltration is null ? Sought.None : Sought.Exfiltration)
        | (Internals is null ? Sought.None : Sought.Internals)
        | (Secrets is null && PersonalData is null && Counted is null ? Sought.None : Sought.Sensitive);
}
