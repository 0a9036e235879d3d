namespace Bartizan.Sandbox.Views;

/// <summary>The user and group that own a file.</summary>
public sealed record UnixOwner(uint Uid, uint Gid);
