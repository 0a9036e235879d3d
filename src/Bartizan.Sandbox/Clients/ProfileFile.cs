using System.Collections.Immutable;

namespace Bartizan.Sandbox.Clients;

/// <summary>A generated file as it stands in a profile.</summary>
internal sealed record ProfileFile(string Path, bool Writable, ImmutableArray<string> Lines);
