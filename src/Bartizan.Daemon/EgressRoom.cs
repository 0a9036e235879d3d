using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Daemon.Vaults;
using Bartizan.Gateway.Egress;
using Bartizan.Gateway.Egress.Injection;
using Bartizan.Vault.Authority;

namespace Bartizan.Daemon;

/// <summary>Puts the egress proxy together: the monitor, a resolver, who makes certificates for it, and who puts credentials in.</summary>
internal static class EgressRoom
{
    /// <summary>Opens it; both are the caller's to dispose, the proxy first.</summary>
    public static (EgressProxy Egress, CertificateAuthority Mint) Open(
        StateDirectory state,
        ReferenceMonitor monitor,
        ISessionTokens tokens,
        Injector injector,
        DaemonOptions options
    )
    {
        var mint = new CertificateAuthority(new AuthorityDisk(state.Keys), options.Clock);
        INameResolver resolver = options.Resolve is { } resolve ? new GivenResolver(resolve) : new SystemNameResolver();
        return (new EgressProxy(monitor, tokens, resolver, options.Clock, new EgressOptions(), mint, injector), mint);
    }
}
