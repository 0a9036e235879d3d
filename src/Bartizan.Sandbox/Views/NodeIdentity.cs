using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Views;

/// <summary>
/// Tells cheaply that a file was not touched: no program can set a node's change time, so content that was written, even back
/// to what it was, shows here. A difference only means that the content has to be compared.
/// </summary>
internal sealed record NodeIdentity(ulong Inode, long Size, long Modified, long Changed)
{
    public static NodeIdentity None { get; } = new(0, 0, 0, 0);

    public static NodeIdentity Of(FileStat stat) => new(stat.Inode, stat.Size, stat.Modified, stat.Changed);
}
