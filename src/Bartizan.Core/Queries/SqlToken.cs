namespace Bartizan.Core.Queries;

/// <summary>A token of SQL.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">As it is written, without the quotes of a name.</param>
internal readonly record struct SqlToken(SqlTokenKind Kind, string Text)
{
    /// <summary>True for a name in the quotes that only MySQL reads as such.</summary>
    public bool IsBacktick { get; init; }

    /// <summary>True for a keyword, in whatever case.</summary>
    public bool Is(string word) => Kind == SqlTokenKind.Word && Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>True for a sign.</summary>
    public bool IsSign(string sign) => Kind == SqlTokenKind.Sign && Text == sign;
}
