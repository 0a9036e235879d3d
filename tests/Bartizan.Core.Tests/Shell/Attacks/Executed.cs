using System.Collections.Immutable;

namespace Bartizan.Core.Tests.Shell;

/// <summary>A stub that ran, where, and by which words.</summary>
internal sealed record Executed(string Directory, ImmutableArray<string> Argv);
