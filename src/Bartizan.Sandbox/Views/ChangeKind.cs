namespace Bartizan.Sandbox.Views;

/// <summary>What a session did to one path.</summary>
public enum ChangeKind
{
    /// <summary>Not said.</summary>
    Unknown = 0,

    /// <summary>Something new.</summary>
    Added,

    /// <summary>Other content, another link target, or another kind of node.</summary>
    Changed,

    /// <summary>Gone.</summary>
    Deleted,

    /// <summary>The same content with other permissions.</summary>
    Mode,
}
