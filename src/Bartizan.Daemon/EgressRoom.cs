using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Daemon.Vaults;
using Bartizan.Gateway.Egress;
using Bartizan.Gateway.Egress.Git;
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
        ICredentialLender lender,
        DaemonOptions options
    )
    {
        var mint = new CertificateAuthority(new KeyDisk(state.Keys, "authority.pem"), options.Clock);
        INameResolver resolver = options.Resolve is { } resolve ? new GivenResolver(resolve) : new SystemNameResolver();
        return (
            new EgressProxy(
                monitor,
                tokens,
                resolver,
                options.Clock,
                new EgressOptions(),
                mint,
                injector,
                new GitForwarder(lender)
            ),
            mint
        );
    }
}
