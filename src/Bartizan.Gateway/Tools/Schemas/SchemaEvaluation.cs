using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>Holds one value against a schema; used once. The order of the keywords is that of the standard's dependencies.</summary>
internal sealed partial class SchemaEvaluation
{
    /// <summary>Schemas that are tried before it is called too much: a hostile schema can ask for more than there is time.</summary>
    private const int MaxSteps = 200_000;

    /// <summary>How deep schemas may lead into one another, references included.</summary>
    private const int MaxDepth = 256;

    private readonly Stack<SchemaResource> _scope = new();
    private readonly Stack<string> _place = new();
    private int _steps;
    private int _depth;
    private bool _exhausted;
    private SchemaProblem? _problem;

    /// <summary>Null when it fits.</summary>
    public SchemaProblem? Run(SchemaNode root, JsonElement value)
    {
        var fits = Holds(root, value, null);
        return fits && !_exhausted ? null : _problem ?? new SchemaProblem("", "schema", "doesn't fit");
    }

    /// <summary>
    /// Whether the value fits; adds to <paramref name="seen"/>, when somebody asks, which of its children were looked at. Once the bounds
    /// are reached nothing fits, whatever a <c>not</c> makes of it.
    /// </summary>
    private bool Holds(SchemaNode node, JsonElement value, Evaluated? seen)
    {
        if (_exhausted || ++_steps > MaxSteps || _depth >= MaxDepth)
        {
            _exhausted = true;
            _problem = new SchemaProblem("", "schema", "it takes too much to find out whether this fits");
            return false;
        }

        if (node.Boolean is { } boolean)
        {
            return boolean || Fail("false", "nothing may stand here");
        }

        var enters = _scope.Count == 0 || !ReferenceEquals(_scope.Peek(), node.Resource);
        if (enters)
        {
            _scope.Push(node.Resource);
        }

        _depth++;
        try
        {
            // What is left over is known only when everything else has been tried.
            var mine =
                node.UnevaluatedItems is not null || node.UnevaluatedProperties is not null ? new Evaluated() : seen;
            var holds =
                Asserts(node, value)
                && InPlace(node, value, mine)
                && value.ValueKind switch
                {
                    JsonValueKind.Object => HoldsObject(node, value, mine),
                    JsonValueKind.Array => HoldsArray(node, value, mine),
                    _ => true,
                };
            if (holds && seen is not null && !ReferenceEquals(mine, seen))
            {
                seen.Add(mine!);
            }

            return holds && !_exhausted;
        }
        finally
        {
            _depth--;
            if (enters)
            {
                _scope.Pop();
            }
        }
    }

    private bool InPlace(SchemaNode node, JsonElement value, Evaluated? seen)
    {
        if (node.ReferenceTarget is { } target && !Holds(target, value, seen))
        {
            return false;
        }

        if (node.DynamicTarget is { } dynamic && !Holds(Outermost(node, dynamic), value, seen))
        {
            return false;
        }

        foreach (var part in node.AllOf)
        {
            if (!Holds(part, value, seen))
            {
                return false;
            }
        }

        return HoldsAny(node, value, seen)
            && HoldsOne(node, value, seen)
            && (node.Not is null || !Tries(node.Not, value, null) || Fail("not", "it is what it must not be"))
            && HoldsConditional(node, value, seen);
    }

    // A dynamic reference leads to the outermost resource on the way here that has its anchor (core 2020-12, section 8.2.3.2); one that
    // names no dynamic anchor is an ordinary reference.
    private SchemaNode Outermost(SchemaNode node, SchemaNode target)
    {
        var (_, fragment) = SchemaUri.Resolve(node.Resource.Id, node.DynamicReference!);
        if (target.DynamicAnchor != fragment)
        {
            return target;
        }

        foreach (var resource in _scope.Reverse())
        {
            if (resource.DynamicAnchors.TryGetValue(fragment, out var outer))
            {
                return outer;
            }
        }

        return target;
    }

    private bool HoldsAny(SchemaNode node, JsonElement value, Evaluated? seen)
    {
        if (node.AnyOf.IsEmpty)
        {
            return true;
        }

        var any = false;
        foreach (var part in node.AnyOf)
        {
            any |= Tries(part, value, seen);
            if (any && seen is null)
            {
                return true;
            }
        }

        return any || Fail("anyOf", "it is none of what it may be");
    }

    private bool HoldsOne(SchemaNode node, JsonElement value, Evaluated? seen)
    {
        if (node.OneOf.IsEmpty)
        {
            return true;
        }

        var count = 0;
        foreach (var part in node.OneOf)
        {
            count += Tries(part, value, seen) ? 1 : 0;
        }

        return count == 1
            || Fail("oneOf", count == 0 ? "it is none of what it may be" : "it is more than one of what it may be");
    }

    private bool HoldsConditional(SchemaNode node, JsonElement value, Evaluated? seen)
    {
        if (node.If is null)
        {
            return true;
        }

        var branch = Tries(node.If, value, seen) ? node.Then : node.Else;
        return branch is null || Holds(branch, value, seen);
    }

    // What fails here is no problem of the value, and what it looked at doesn't count.
    private bool Tries(SchemaNode node, JsonElement value, Evaluated? seen)
    {
        var problem = _problem;
        var own = seen is null ? null : new Evaluated();
        var holds = Holds(node, value, own);
        if (!_exhausted)
        {
            _problem = problem;
        }

        if (holds && own is not null)
        {
            seen!.Add(own);
        }

        return holds;
    }

    private bool Below(string step, SchemaNode node, JsonElement value)
    {
        _place.Push(step);
        var holds = Holds(node, value, null);
        _place.Pop();
        return holds;
    }

    private bool Fail(string keyword, string message)
    {
        if (!_exhausted)
        {
            var place = string.Concat(_place.Reverse().Select(step => "/" + SchemaUri.Escape(step)));
            _problem ??= new SchemaProblem(place, keyword, message);
        }

        return false;
    }

    private static bool HasAll(JsonElement value, ImmutableArray<string> names, out string missing)
    {
        foreach (var name in names)
        {
            if (!value.TryGetProperty(name, out _))
            {
                missing = name;
                return false;
            }
        }

        missing = "";
        return true;
    }
}
