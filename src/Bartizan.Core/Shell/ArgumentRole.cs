namespace Bartizan.Core.Shell;

/// <summary>What an argument is to its program.</summary>
internal enum ArgumentRole
{
    /// <summary>Not known: at best asked.</summary>
    Ask = 0,

    /// <summary>It may run anything: opaque.</summary>
    Opaque,

    /// <summary>It reaches nothing by itself.</summary>
    Text,

    /// <summary>A path that is read.</summary>
    Read,

    /// <summary>A path that is written, made or removed.</summary>
    Write,

    /// <summary>A directory that the program goes to first.</summary>
    Directory,

    /// <summary>A script for a shell.</summary>
    Script,

    /// <summary>This word and all behind it are a command.</summary>
    Command,

    /// <summary>A command that ends at <c>;</c> or <c>+</c>.</summary>
    CommandUntil,

    /// <summary>A host, or <c>user@host</c>.</summary>
    Host,

    /// <summary>A URL.</summary>
    Url,

    /// <summary>A path, or <c>host:path</c>, that is read.</summary>
    RemoteRead,

    /// <summary>A path, or <c>host:path</c>, that is written.</summary>
    RemoteWrite,

    /// <summary>A program of <c>sed</c>.</summary>
    Sed,

    /// <summary>A program of <c>awk</c>.</summary>
    Awk,

    /// <summary>A revision of <c>git</c>, or a path, or <c>revision:path</c>.</summary>
    Revision,

    /// <summary>A setting of <c>git</c>, <c>name=value</c>.</summary>
    GitSetting,

    /// <summary><c>NAME=value</c> words, then a command.</summary>
    Variables,

    /// <summary>An HTTP method.</summary>
    Method,
}
