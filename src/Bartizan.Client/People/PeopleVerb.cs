namespace Bartizan.Client.People;

/// <summary>What is asked of the people who run an instance.</summary>
public enum PeopleVerb
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Lists them.</summary>
    List,

    /// <summary>Makes an account, and a token that sets it up.</summary>
    Add,

    /// <summary>Makes another such token: what they sign in with now is over.</summary>
    Setup,

    /// <summary>Says what they may do from now on.</summary>
    Role,

    /// <summary>Takes the account away; their sign-ins end at once.</summary>
    Remove,

    /// <summary>Forgets the failures of an account.</summary>
    Unlock,

    /// <summary>Ends all sign-ins of a person.</summary>
    SignOut,

    /// <summary>Signs an administrator in for at most an hour; everybody is told.</summary>
    BreakGlass,
}
