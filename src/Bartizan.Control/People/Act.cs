namespace Bartizan.Control.People;

/// <summary>
/// What an endpoint does, as permission is given for it. Each endpoint declares one; one that declares none doesn't exist. A new act must
/// be thought about in <see cref="Permission"/>.
/// </summary>
public enum Act
{
    /// <summary>Nothing: nobody may.</summary>
    Unknown = 0,

    /// <summary>Signing in, and setting an account up: what is open to whoever isn't signed in. It says nothing of the instance.</summary>
    Enter,

    /// <summary>A page of the console: words and forms. What is in it comes from endpoints that ask for permission.</summary>
    SeePage,

    /// <summary>Seeing who one is here, and what one may do.</summary>
    SeeOneself,

    /// <summary>Seeing and ending one's own sign-ins.</summary>
    KeepOneself,

    /// <summary>Making, listing and revoking one's own tokens.</summary>
    KeepOwnTokens,

    /// <summary>How the instance is.</summary>
    SeeInstance,

    /// <summary>Live sessions of an agent.</summary>
    SeeSessions,

    /// <summary>Entries and findings of an agent, without content.</summary>
    SeeLog,

    /// <summary>Content: what models, tools and agents said.</summary>
    SeeContent,

    /// <summary>Pausing, resuming and killing an agent's sessions.</summary>
    SwitchSessions,

    /// <summary>What an agent asks of people, with all that stands in it.</summary>
    SeeAsks,

    /// <summary>Answering what an agent asks, and taking labels off its sessions.</summary>
    AnswerAsks,

    /// <summary>Showing, applying and discarding what an agent's session changed.</summary>
    SettleWorkspace,

    /// <summary>Who the people are, what they may do, and who is signed in.</summary>
    SeePeople,

    /// <summary>Changing that.</summary>
    ChangePeople,
}
