namespace Bartizan.Vault.Providers;

/// <summary>What is known of a request to a provider that failed.</summary>
internal enum ProviderFault
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>The provider said no.</summary>
    Refused,

    /// <summary>It said that this login doesn't count, or not for this.</summary>
    Forbidden,

    /// <summary>Nothing was done: it can't be reached, is sealed, or has too much to do.</summary>
    Busy,

    /// <summary>Nobody knows whether it was done: the answer was lost.</summary>
    Lost,

    /// <summary>It issued more than it was asked for: that is lent to nobody.</summary>
    Wider,
}
