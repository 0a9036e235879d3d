namespace Bartizan.Core.Queries;

/// <summary>What a token of SQL is.</summary>
internal enum SqlTokenKind
{
    /// <summary>The end of the text.</summary>
    End,

    /// <summary>A word without quotes: a keyword or a name.</summary>
    Word,

    /// <summary>A name in quotes.</summary>
    Quoted,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A text in single quotes.</summary>
    Text,

    /// <summary>A place for a value: <c>?</c>, <c>$1</c>, <c>:name</c>.</summary>
    Parameter,

    /// <summary>Anything else: an operator, a bracket, a comma.</summary>
    Sign,
}
