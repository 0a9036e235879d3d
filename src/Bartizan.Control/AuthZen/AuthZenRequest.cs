using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Control.AuthZen;

/// <summary>
/// A request of the Authorization API (AuthZEN 1.0, sections 6 and 7). One shape for both endpoints: of a boxcarred request the
/// outer members are the defaults of its evaluations.
/// </summary>
internal sealed record AuthZenRequest
{
    /// <summary>Who.</summary>
    public AuthZenEntity? Subject { get; init; }

    /// <summary>Does what.</summary>
    public AuthZenAction? Action { get; init; }

    /// <summary>To what.</summary>
    public AuthZenEntity? Resource { get; init; }

    /// <summary>Under which circumstances: <c>args</c>, <c>user</c>, <c>labels</c>.</summary>
    public JsonElement? Context { get; init; }

    /// <summary>Several questions at once; null for one.</summary>
    public ImmutableArray<AuthZenRequest>? Evaluations { get; init; }

    /// <summary><c>evaluations_semantic</c>.</summary>
    public AuthZenOptions? Options { get; init; }
}
