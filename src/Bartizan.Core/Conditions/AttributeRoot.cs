namespace Bartizan.Core.Conditions;

/// <summary>The first word of an attribute: what it is an attribute of.</summary>
public enum AttributeRoot
{
    /// <summary><c>args</c>: the arguments of the call that will be executed.</summary>
    Args = 0,

    /// <summary><c>agent</c>: the manifest's own words.</summary>
    Agent,

    /// <summary><c>user</c>: whom the agent works for.</summary>
    User,

    /// <summary><c>resource</c>: what the action hits, from the catalogue.</summary>
    Resource,

    /// <summary><c>session</c>: what it has been exposed to.</summary>
    Session,

    /// <summary><c>env</c>: the environment it runs in.</summary>
    Env,

    /// <summary><c>time</c>: the moment of the decision, in one fixed zone.</summary>
    Time,

    /// <summary><c>action</c>: the action itself.</summary>
    Action,
}
