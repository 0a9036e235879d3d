namespace Bartizan.Core.Conditions;

/// <summary>
/// What a condition comes to, in Kleene's logic of three values. Zero is the value that only ever makes a decision stricter.
/// </summary>
public enum Truth
{
    /// <summary>Something it reads is absent, of another type, too large or not well formed.</summary>
    Unknown = 0,

    /// <summary>It doesn't hold.</summary>
    False,

    /// <summary>It holds.</summary>
    True,
}
