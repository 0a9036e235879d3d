using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Retention;
using Bartizan.Core.Sessions;

namespace Bartizan.Records.Payloads;

/// <summary>One session's payloads of one class: what has a file and a key of its own.</summary>
/// <param name="Session">The session; default for payloads of the instance itself.</param>
/// <param name="Class">Their class.</param>
internal readonly record struct PayloadPart(SessionId Session, PayloadClass Class)
{
    private static readonly PayloadClass[] s_classes = Enum.GetValues<PayloadClass>();

    /// <summary>Its files' name, without their ending. That of <see cref="PayloadClass.Other"/> is the session's own.</summary>
    public string Name =>
        (Session == default ? "instance" : Session.ToString())
        + (Class == PayloadClass.Other ? "" : "." + Class.ToString().ToLowerInvariant());

    /// <summary>What its key is wrapped for.</summary>
    public string KeyContext =>
        Class == PayloadClass.Other
            ? $"bartizan session key 1 {Session}"
            : $"bartizan session key 1 {Session} {Class.ToString().ToLowerInvariant()}";

    /// <summary>All parts of a session.</summary>
    public static IEnumerable<PayloadPart> Of(SessionId session) =>
        s_classes.Select(one => new PayloadPart(session, one));

    /// <summary>The class of an entry's payloads.</summary>
    public static PayloadClass ClassOf(Entry entry) =>
        entry.Kind == EntryKind.Claim ? PayloadClass.Claim
        : entry.Verb == Verb.Model ? PayloadClass.Model
        : entry.Verb == Verb.Tool ? PayloadClass.Tool
        : PayloadClass.Other;
}
