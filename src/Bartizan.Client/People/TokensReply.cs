namespace Bartizan.Client.People;

/// <summary>Tokens, and the text of a new one.</summary>
public sealed record TokensReply
{
    /// <summary>Those that hold.</summary>
    public IReadOnlyList<TokenLine> Tokens { get; init; } = [];

    /// <summary>The new one's text; shown this once.</summary>
    public string? Text { get; init; }

    /// <inheritdoc/>
    public override string ToString() => "tokens";
}
