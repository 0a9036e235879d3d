namespace Bartizan.Records.Export;

/// <summary>How much an entry matters to whoever watches; the numbers are OCSF's.</summary>
public enum EntrySeverity
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>As it should be.</summary>
    Informational = 1,

    /// <summary>Something failed, or a person let something pass.</summary>
    Low = 2,

    /// <summary>Refused, or outside the mandate.</summary>
    Medium = 3,

    /// <summary>Refused again and again.</summary>
    High = 4,
}
