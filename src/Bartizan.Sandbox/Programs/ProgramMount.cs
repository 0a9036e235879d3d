namespace Bartizan.Sandbox.Programs;

/// <summary>One thing a program needs to be seen inside, read-only, at the path where the host has it.</summary>
/// <param name="InsidePath">Where it is seen.</param>
/// <param name="HostPath">The real host path that is bound there; empty for a symbolic link.</param>
/// <param name="LinkTarget">Where the symbolic link points; empty for a bind.</param>
/// <param name="Purpose">For the receipt: <c>program claude</c>, <c>interpreter node</c>.</param>
public sealed record ProgramMount(string InsidePath, string HostPath, string LinkTarget, string Purpose);
