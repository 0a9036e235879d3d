namespace Bartizan.Core.Readers;

/// <summary>What a value of a reader may be: nothing that has room for an order.</summary>
public enum GivenKind
{
    /// <summary>No kind.</summary>
    Unknown = 0,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>A whole number between two.</summary>
    Integer,

    /// <summary>A number between two, of at most four decimals.</summary>
    Number,

    /// <summary>A day of the calendar, <c>2026-11-22</c>.</summary>
    Date,

    /// <summary>Three capital letters, as ISO 4217 has them.</summary>
    Currency,

    /// <summary>One of the author's own words.</summary>
    Choice,

    /// <summary>A short name of letters, digits, <c>-</c>, <c>_</c> and <c>.</c></summary>
    Identifier,
}
