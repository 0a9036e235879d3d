namespace Bartizan.Core.Conditions;

/// <summary>The kinds of words that CEL has.</summary>
internal enum TokenKind
{
    End = 0,
    Identifier,
    Int,
    Double,
    String,
    Symbol,
}
