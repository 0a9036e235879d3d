namespace Bartizan.Core.Enforcement;

/// <summary>The kinds of action, as a rule names them. Zero is no verb and is always denied.</summary>
public enum Verb
{
    /// <summary>Not a verb.</summary>
    Unknown = 0,

    /// <summary>A call of a model.</summary>
    Model,

    /// <summary>A call of a tool behind the tool gateway.</summary>
    Tool,

    /// <summary>An HTTP request whose method and URL are visible.</summary>
    Http,

    /// <summary>An opaque tunnel to a host and port.</summary>
    Connect,

    /// <summary>Seeing a file.</summary>
    Read,

    /// <summary>Changing a file.</summary>
    Write,

    /// <summary>Running a program.</summary>
    Exec,

    /// <summary>Handing work to another agent.</summary>
    Delegate,

    /// <summary>Answering a caller.</summary>
    Serve,
}
