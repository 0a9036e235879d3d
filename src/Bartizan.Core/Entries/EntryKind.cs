namespace Bartizan.Core.Entries;

/// <summary>What an entry records.</summary>
public enum EntryKind
{
    /// <summary>Not an entry.</summary>
    Unknown = 0,

    /// <summary>A granted action, durable before it leaves.</summary>
    Intent,

    /// <summary>How a granted action ended.</summary>
    Outcome,

    /// <summary>A refused action, or several like it above a rate.</summary>
    Refusal,

    /// <summary>A session's move from one state to another.</summary>
    State,

    /// <summary>The view a sandbox is built from.</summary>
    View,

    /// <summary>The protections of a sandbox that are in force.</summary>
    Receipt,

    /// <summary>A person's answer to an ask.</summary>
    Approval,

    /// <summary>What became of a session's changes: applied, discarded.</summary>
    Workspace,

    /// <summary>The instance itself: started, stopped, recovered.</summary>
    Instance,

    /// <summary>The instance is there, its log takes entries, and nothing else was to be written for a while.</summary>
    Heartbeat,

    /// <summary>What an agent says of itself, by its own telemetry. Never evidence: nothing decides by it.</summary>
    Claim,

    /// <summary>What a guard, a detector or an enforcement point noticed: what, where, how severe, how sure.</summary>
    Finding,

    /// <summary>
    /// The vault: opened or sealed, a credential written, rotated, revoked, or lent to a session; or a token signed for one.
    /// </summary>
    Vault,

    /// <summary>What was seen inside a sandbox, from outside: programs started, files written, removed or read.</summary>
    Seen,
}
