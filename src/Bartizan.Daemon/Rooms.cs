using Bartizan.Core.Budgets;
using Bartizan.Core.Circuits;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Approvals;
using Bartizan.Daemon.Consoles;
using Bartizan.Daemon.Custody;
using Bartizan.Daemon.Databases;
using Bartizan.Daemon.Erasures;
using Bartizan.Daemon.Exports;
using Bartizan.Daemon.Identity;
using Bartizan.Daemon.Journals;
using Bartizan.Daemon.Pins;
using Bartizan.Daemon.Reading;
using Bartizan.Daemon.Retention;
using Bartizan.Daemon.Sessions;
using Bartizan.Daemon.Stores;
using Bartizan.Daemon.Users;
using Bartizan.Daemon.Vaults;
using Bartizan.Daemon.Workspaces;
using Bartizan.Gateway.Databases;
using Bartizan.Gateway.Egress;
using Bartizan.Gateway.Model;
using Bartizan.Gateway.Tools;
using Bartizan.Records.Evidence;
using Bartizan.Sandbox;
using Bartizan.Vault.Credentials;
using Bartizan.Vault.Tokens;

namespace Bartizan.Daemon;

/// <summary>The rooms of one instance, wired. Made in one place: <see cref="BartizanDaemon"/>.</summary>
internal sealed record Rooms
{
    public required StateDirectory State { get; init; }

    public required TimeProvider Clock { get; init; }

    public required LiveSessions Sessions { get; init; }

    public required IJournal Journal { get; init; }

    public required NewHosts NewHosts { get; init; }

    public required SessionOwner Owner { get; init; }

    public required SessionTokens Tokens { get; init; }

    public required CredentialLender Lender { get; init; }

    public required PlaceholderBook Placeholders { get; init; }

    public required IdentityDesk Identity { get; init; }

    /// <summary>Verifies the tokens of people whom agents answer.</summary>
    public required ICallerTokens Callers { get; init; }

    /// <summary>Who those people are.</summary>
    public required EndUserBook Users { get; init; }

    public required VaultDesk Vault { get; init; }

    /// <summary>What no sandbox is shown: the state directory, and where the vault's key lies.</summary>
    public System.Collections.Immutable.ImmutableArray<string> Never => [State.Home, .. Vault.KeyPlaces];

    public required ReferenceMonitor Monitor { get; init; }

    public required BudgetLedger Ledger { get; init; }

    public required CircuitBoard Circuits { get; init; }

    public required ApprovalInbox Inbox { get; init; }

    public required LabelDesk Labels { get; init; }

    public required StoreDesk Stores { get; init; }

    public required Terminals Terminals { get; init; }

    public required ModelGateway Models { get; init; }

    public required ToolGateway Tools { get; init; }

    public required DatabaseGateway Databases { get; init; }

    public required RoleDesk Roles { get; init; }

    public required EgressProxy Egress { get; init; }

    /// <summary>Makes certificates for hosts that are looked into.</summary>
    public required ICertificateMint Mint { get; init; }

    public required IIsolationBackend Backend { get; init; }

    public required IIsolationBackend Containers { get; init; }

    public required ErasureDesk Erasures { get; init; }

    public required CustodyDesk Custody { get; init; }

    public required KeptPolicies Policies { get; init; }

    public required WorkspaceSettlement Workspaces { get; init; }

    public required InstanceExports Exports { get; init; }

    public required PinBooks Pins { get; init; }

    public required ConsoleDesk Console { get; init; }

    public required InstanceRetention Retention { get; init; }

    public required ReadingRoom Reading { get; init; }

    /// <summary>Lets go of a session that is over: credentials, held-back refusals, its place in the list.</summary>
    public async Task ForgetAsync(LiveSession live)
    {
        Terminals.Leave(live.Session.Id);
        Lender.Close(live.Session.Id);
        Mint.Forget(live.Session.Id);
        try
        {
            await Monitor.FlushRefusalsAsync(live.Session).ConfigureAwait(false);
        }
        finally
        {
            Sessions.Remove(live.Session.Id);
            live.Gone.TrySetResult();
        }
    }
}
