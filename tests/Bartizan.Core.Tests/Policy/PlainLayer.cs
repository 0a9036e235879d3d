using System.Collections.Immutable;

namespace Bartizan.Core.Tests.Policies;

/// <summary>A layer of rules whose meaning is known.</summary>
internal sealed record PlainLayer(bool IsCeiling, ImmutableArray<PlainRule> Rules);
