using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Egress.Injection;
using Bartizan.Guards.Sensitive;

namespace Bartizan.Daemon.Vaults;

/// <summary>How agents use credentials that they don't hold: what stands for one, who looks for it, who puts the value in.</summary>
internal sealed record CredentialUse(PlaceholderBook Book, PlaceholderGuard Guard, Injector Injector)
{
    /// <summary>Wires it.</summary>
    public static CredentialUse Of(ISessions sessions, IJournal journal, ICredentialLender lender, TimeProvider clock)
    {
        var (book, findings) = (new PlaceholderBook(), new PlaceholderFindings(journal));
        return new CredentialUse(
            book,
            new PlaceholderGuard(sessions, book, findings),
            new Injector(sessions, lender, book, findings, SecretSearch.Of, clock)
        );
    }
}
