namespace Bartizan.EndToEnd.Tests.Egress;

/// <summary>Which layer of the way out stops an attack.</summary>
internal enum Layer
{
    /// <summary>The rules: no rule names it, or the floor denies it.</summary>
    Policy = 1,

    /// <summary>The reading of requests, names and paths: what can be read in two ways is not read.</summary>
    Parser,

    /// <summary>The check of the addresses that a name leads to.</summary>
    AddressCheck,

    /// <summary>The check of the name that TLS asks for, before a byte leaves.</summary>
    TlsName,

    /// <summary>The check that a request names the host of its connection.</summary>
    ConnectionName,

    /// <summary>The verification of the host's certificate.</summary>
    Certificate,

    /// <summary>The resolver inside the sandbox, which asks nobody.</summary>
    Resolver,

    /// <summary>The sandbox's own network, which has no route and no listeners but ours.</summary>
    Network,

    /// <summary>The sandbox's kernel interface: capabilities, seccomp, Landlock.</summary>
    Kernel,

    /// <summary>The listener's identity: a token of nobody, or of somebody else.</summary>
    Identity,

    /// <summary>The place of a credential and of its placeholder.</summary>
    Injection,

    /// <summary>The framing anew: what belongs to one hop, and what rides along, ends here.</summary>
    Framing,
}
