namespace Bartizan.Core.Shell;

/// <summary>A literal path that a command's input or output is joined to.</summary>
/// <param name="Target">The path as written.</param>
/// <param name="Writes">True for <c>&gt;</c> and <c>&gt;&gt;</c>, false for <c>&lt;</c>.</param>
public sealed record ShellRedirection(ShellWord Target, bool Writes);
