namespace Bartizan.Gateway.Egress;

/// <summary>Response codes of RFC 1035, 4.1.1.</summary>
internal enum DnsCode
{
    /// <summary>No error.</summary>
    NoError = 0,

    /// <summary>The name does not exist.</summary>
    NoSuchName = 3,

    /// <summary>This kind of query is not done here.</summary>
    NotImplemented = 4,

    /// <summary>Refused.</summary>
    Refused = 5,
}
