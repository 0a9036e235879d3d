using Bartizan.Client;
using Bartizan.Client.Custody;
using Bartizan.Client.Exports;
using Bartizan.Client.Identity;
using Bartizan.Client.People;
using Bartizan.Client.Pins;
using Bartizan.Client.Providers;
using Bartizan.Client.Retention;
using Bartizan.Client.Runs;
using Bartizan.Client.Serving;
using Bartizan.Client.Sessions;
using Bartizan.Client.Stores;
using Bartizan.Client.Vaults;
using Bartizan.Client.Workspaces;
using Bartizan.Control.AuthZen;

namespace Bartizan.Control;

/// <summary>
/// The instance, as the control API drives it. The daemon implements it; this room knows HTTP and who asks, nothing more.
/// Every refusal is a <see cref="ControlException"/>.
/// </summary>
public interface IInstance : IAskDesk, IRecordDesk
{
    /// <summary>How the instance is.</summary>
    StatusReply Status();

    /// <summary>Reads <c>exports.yaml</c> again, and sends as it says from now on.</summary>
    Task<ExportReply> ExportsAsync(ExportRequest request, string person, CancellationToken cancellationToken);

    /// <summary>Which asks wait, and nothing else of them.</summary>
    IReadOnlyList<AskNote> Waiting();

    /// <summary>The live sessions.</summary>
    IReadOnlyList<SessionSummary> Sessions();

    /// <summary>
    /// The running session that an enforcement point elsewhere asks about: type <c>session</c> by its id, type <c>agent</c> by
    /// its name; null when there is none.
    /// </summary>
    PolicySubject? Subject(string type, string id);

    /// <summary>Kills every session and ends the instance once the reply is out.</summary>
    Task<SwitchReply> DownAsync(string person, CancellationToken cancellationToken);

    /// <summary>Pauses sessions.</summary>
    Task<SwitchReply> PauseAsync(SwitchRequest request, string person, CancellationToken cancellationToken);

    /// <summary>Resumes sessions.</summary>
    Task<SwitchReply> ResumeAsync(SwitchRequest request, string person, CancellationToken cancellationToken);

    /// <summary>Kills sessions and verifies that nothing is left.</summary>
    Task<SwitchReply> KillAsync(SwitchRequest request, string person, CancellationToken cancellationToken);

    /// <summary>Opens a session for an agent that runs elsewhere.</summary>
    Task<AttachReply> AttachAsync(AttachRequest request, string person, CancellationToken cancellationToken);

    /// <summary>
    /// Opens the gateway in front of an agent that answers callers. Returns when it is closed, or at once for one that stays when its
    /// command is gone.
    /// </summary>
    Task ServeAsync(
        ServeRequest request,
        Func<ServeReply, Task> opened,
        string person,
        CancellationToken cancellationToken
    );

    /// <summary>Closes the gateway in front of an agent, and ends its users' sessions.</summary>
    Task<ServeReply> EndServingAsync(ServeRequest request, string person, CancellationToken cancellationToken);

    /// <summary>Shows, applies or discards what a session changed.</summary>
    Task<WorkspaceReply> WorkspaceAsync(
        string verb,
        WorkspaceRequest request,
        string person,
        CancellationToken cancellationToken
    );

    /// <summary>Makes, changes and takes away the accounts of people, for the owner of the instance.</summary>
    Task<PeopleReply> PeopleAsync(PeopleRequest request, string person, CancellationToken cancellationToken);

    /// <summary>Makes, lists and revokes tokens, for the owner of the instance.</summary>
    Task<TokensReply> TokensAsync(TokensRequest request, string person, CancellationToken cancellationToken);

    /// <summary>Says by what others know agents; makes a new key when that is asked.</summary>
    Task<IdentityReply> IdentityAsync(IdentityRequest request, string person, CancellationToken cancellationToken);

    /// <summary>Does something with the vault; nothing of it reads a value.</summary>
    Task<VaultReply> VaultAsync(VaultRequest request, string person, CancellationToken cancellationToken);

    /// <summary>Begins a person's sign-in to a provider, or waits for its end.</summary>
    Task<SignInReply> SignInAsync(SignInRequest request, string person, CancellationToken cancellationToken);

    /// <summary>Lists the stores that carry labels; with a store, takes them off.</summary>
    Task<StoresReply> StoresAsync(StoresRequest request, string person, CancellationToken cancellationToken);

    /// <summary>What the servers of a manifest say of themselves and their tools now.</summary>
    Task<SurveyReply> SurveyAsync(PinRequest request, string person, CancellationToken cancellationToken);

    /// <summary>Reads a manifest's lock again.</summary>
    Task<PinsReadReply> ReadPinsAsync(PinRequest request, string person, CancellationToken cancellationToken);

    /// <summary>Lets go of what has reached its age, or says what would go.</summary>
    Task<PruneReply> PruneAsync(PruneRequest request, string person, CancellationToken cancellationToken);

    /// <summary>Records that a session's evidence was taken out, and signs for the bundle.</summary>
    Task<CustodyReply> CustodyAsync(CustodyRequest request, string person, CancellationToken cancellationToken);

    /// <summary>Runs an agent; returns when the run and its connection are over.</summary>
    Task RunAsync(RunRequest request, RunConnection connection, string person, CancellationToken cancellationToken);
}
