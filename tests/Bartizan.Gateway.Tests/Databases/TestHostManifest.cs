using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Gateway.Tests.Databases;

/// <summary>A session's manifest, and what its role is granted where that is to be more than its rules need.</summary>
internal sealed record TestHostManifest(Manifest Manifest, ImmutableArray<DatabaseGrant>? WiderGrants);
