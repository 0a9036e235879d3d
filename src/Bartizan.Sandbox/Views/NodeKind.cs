namespace Bartizan.Sandbox.Views;

/// <summary>What stands at a path.</summary>
public enum NodeKind
{
    /// <summary>Nothing.</summary>
    Nothing = 0,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>A FIFO, socket or device: never staged, never applied.</summary>
    Special,
}
