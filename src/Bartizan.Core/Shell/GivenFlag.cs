namespace Bartizan.Core.Shell;

/// <summary>A flag as a command gives it.</summary>
internal readonly record struct GivenFlag(FlagModel Model, string Name, ShellWord? Value);
