using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Policies;

/// <summary>
/// A rule in the product's words, and beside each word what it means as a function: the product reads the words, brute force
/// calls the functions. <paramref name="When"/> has three values (null is unknown), as has each of <paramref name="Args"/>.
/// </summary>
internal sealed record PlainRule(
    Rule Rule,
    Func<PlainFacts, bool?>? When,
    ImmutableArray<(string Name, bool Items, bool Optional, Func<JsonElement, bool?> Fits)> Args
);
