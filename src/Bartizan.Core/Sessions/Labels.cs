namespace Bartizan.Core.Sessions;

/// <summary>What a session has been exposed to. Sessions add labels; a recorded word of people takes one off.</summary>
[Flags]
public enum Labels
{
    /// <summary>Nothing yet.</summary>
    None = 0,

    /// <summary>Content from outside that may hold instructions.</summary>
    Untrusted = 1,

    /// <summary>Content that must not leave freely.</summary>
    Private = 2,

    /// <summary>A credential or another secret.</summary>
    Secret = 4,
}
