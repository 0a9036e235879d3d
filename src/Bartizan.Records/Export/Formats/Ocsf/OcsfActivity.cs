using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;

namespace Bartizan.Records.Export.Formats.Ocsf;

/// <summary>What an entry is in OCSF: a class and an activity of it.</summary>
/// <param name="Class">The class.</param>
/// <param name="Id">The activity's number in the class; 99 for one that the class has none for.</param>
/// <param name="Name">The activity in words.</param>
internal sealed record OcsfActivity(OcsfClass Class, int Id, string Name)
{
    private const int Other = 99;
    private const int DnsPort = 53;

    // The names of HTTP Activity's activities, by number.
    private static readonly string[] s_methods =
    [
        "",
        "Connect",
        "Delete",
        "Get",
        "Head",
        "Options",
        "Post",
        "Put",
        "Trace",
        "Patch",
    ];

    /// <summary>The number that stands for class and activity together.</summary>
    public long TypeUid => (Class.Uid * 100L) + Id;

    /// <summary>True when the class has a number for it.</summary>
    public bool IsKnown => Id != Other;

    /// <summary>Reads an entry.</summary>
    public static OcsfActivity Of(ExportedEntry exported)
    {
        var entry = exported.Entry;
        return entry.Kind switch
        {
            EntryKind.Intent or EntryKind.Outcome or EntryKind.Refusal => OfAction(exported),
            EntryKind.State => OfState(entry.Detail ?? ""),
            EntryKind.View or EntryKind.Approval => new(OcsfClass.AuthorizeSession, 1, "Assign Privileges"),
            EntryKind.Receipt => new(OcsfClass.ApplicationLifecycle, 6, "Enable"),
            EntryKind.Workspace => new(OcsfClass.FileActivity, 3, "Update"),
            EntryKind.Finding => new(OcsfClass.DetectionFinding, 1, "Create"),
            EntryKind.Claim => new(OcsfClass.EventLogActivity, Other, "Claim of an agent"),
            EntryKind.Vault => new(OcsfClass.EventLogActivity, Other, "Credential"),
            EntryKind.Seen => OfSeen(exported),
            EntryKind.Heartbeat => new(OcsfClass.EventLogActivity, Other, "Heartbeat"),
            _ => OfInstance(entry.Detail ?? ""),
        };
    }

    private static OcsfActivity OfAction(ExportedEntry exported)
    {
        var entry = exported.Entry;
        return entry.Verb switch
        {
            Verb.Connect => OfConnection(exported),
            Verb.Http => OfMethod(exported.Target.Method),
            Verb.Read => new(OcsfClass.FileActivity, 2, "Read"),
            Verb.Write => new(OcsfClass.FileActivity, 3, "Update"),
            Verb.Exec => new(OcsfClass.ProcessActivity, 1, "Launch"),
            Verb.Unknown when entry.Kind == EntryKind.Refusal => new(OcsfClass.DetectionFinding, 1, "Create"),
            _ => new(OcsfClass.ApiActivity, Other, "Call"),
        };
    }

    private static OcsfActivity OfSeen(ExportedEntry exported) =>
        exported.Entry switch
        {
            { Verb: Verb.Unknown } => new(OcsfClass.EventLogActivity, Other, "Seen in a sandbox"),
            { Verb: Verb.Write, Detail: { } detail } when detail.StartsWith("removed", StringComparison.Ordinal) => new(
                OcsfClass.FileActivity,
                4,
                "Delete"
            ),
            _ => OfAction(exported),
        };

    private static OcsfActivity OfConnection(ExportedEntry exported)
    {
        var entry = exported.Entry;
        if (entry.Kind == EntryKind.Refusal && exported.Target.Port == DnsPort)
        {
            // The resolver's refusals: the name was never looked up.
            return new(OcsfClass.DnsActivity, 1, "Query");
        }

        return entry.Kind switch
        {
            EntryKind.Intent => new(OcsfClass.NetworkActivity, 1, "Open"),
            EntryKind.Refusal => new(OcsfClass.NetworkActivity, 5, "Refuse"),
            _ when entry.Outcome == OutcomeKind.Failed => new(OcsfClass.NetworkActivity, 4, "Fail"),
            _ when entry.Outcome == OutcomeKind.Cut => new(OcsfClass.NetworkActivity, 3, "Reset"),
            _ => new(OcsfClass.NetworkActivity, 2, "Close"),
        };
    }

    private static OcsfActivity OfMethod(string? method)
    {
        var id = Array.FindIndex(s_methods, 1, name => name.Equals(method, StringComparison.OrdinalIgnoreCase));
        return id > 0
            ? new(OcsfClass.HttpActivity, id, s_methods[id])
            : new(OcsfClass.HttpActivity, Other, method ?? "Unknown method");
    }

    private static OcsfActivity OfState(string state)
    {
        if (state.StartsWith("ended", StringComparison.Ordinal))
        {
            return new(OcsfClass.Authentication, 2, "Logoff");
        }

        return state == "running"
            ? new(OcsfClass.Authentication, 1, "Logon")
            : new(OcsfClass.Authentication, Other, state.Length > 0 ? state : "unknown state");
    }

    private static OcsfActivity OfInstance(string what)
    {
        if (what.StartsWith("started", StringComparison.Ordinal))
        {
            return new(OcsfClass.ApplicationLifecycle, 3, "Start");
        }

        return what.StartsWith("stopped", StringComparison.Ordinal)
            ? new(OcsfClass.ApplicationLifecycle, 4, "Stop")
            : new(OcsfClass.EventLogActivity, Other, "Note");
    }
}
