namespace Bartizan.Gateway.Egress;

/// <summary>The record types that get an answer of their own.</summary>
internal enum DnsType
{
    /// <summary>Not a type.</summary>
    None = 0,

    /// <summary>An IPv4 address.</summary>
    A = 1,

    /// <summary>The name of an address.</summary>
    Pointer = 12,

    /// <summary>An IPv6 address.</summary>
    Aaaa = 28,
}
