using System.Collections.Immutable;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Queries;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// The calls whose arguments let a rule apply: all that it asks of each argument must hold, so it is one box, or two where an argument
/// may be absent and is asked in several forms. A rule that grants closes the world: what it doesn't name is absent.
/// </summary>
internal sealed class ArgumentRegions(FactSpace space)
{
    /// <summary>Boxes of one rule's arguments; a rule that means more of them is a predicate as a whole.</summary>
    private const int MaxBoxes = 64;

    /// <summary>Where the arguments let a rule apply.</summary>
    public Region Of(CompiledRule rule)
    {
        var demands = rule.Rule.Arguments;
        if (demands.IsDefaultOrEmpty)
        {
            return Region.Everything;
        }

        var grants = rule.Rule.Effect == Effect.Allow;
        if (ArgumentTree.Parse(demands, grants, out _, out _) is null)
        {
            return grants ? Region.Nothing : Region.Everything;
        }

        if (!space.Cuts(FactSpace.AllArguments))
        {
            return Predicate(demands, grants);
        }

        var (parts, named) = (new List<Region>(), new List<ImmutableArray<string>>());
        foreach (var group in demands.GroupBy(d => string.Join('.', PathOf(d)), StringComparer.Ordinal))
        {
            var path = PathOf(group.First());
            named.Add(path);
            parts.Add(Of(path, [.. group], grants));
        }

        if (grants)
        {
            parts.AddRange(Closed(named));
        }

        var region = Region.And(parts);
        return region.Most <= MaxBoxes ? region : Predicate(demands, grants);
    }

    // The place that holds a value, or the outermost list of it.
    private static ImmutableArray<string> PathOf(ArgumentRule demand)
    {
        var path = ImmutableArray.CreateBuilder<string>();
        foreach (var name in demand.Path.Split('.'))
        {
            var bracket = name.IndexOf("[]", StringComparison.Ordinal);
            path.Add(bracket < 0 ? name : name[..bracket]);
            if (bracket >= 0)
            {
                break;
            }
        }

        return path.ToImmutable();
    }

    private Region Of(ImmutableArray<string> path, ImmutableArray<ArgumentRule> demands, bool grants)
    {
        var argument = space.Argument(path);
        if (demands is [var one] && !one.Path.Contains("[]", StringComparison.Ordinal))
        {
            return OfValue(argument, one, grants);
        }

        var plain = string.Join('.', path) + "[]";
        var items =
            (demands is [var list] && list.Path == plain ? OfItems(path, list, grants) : null)
            ?? Predicate(demands, grants);
        return grants
            ? Region.And([items, Region.Of(argument, ArgumentDimension.Present, t => t == Truth.True)])
            : items;
    }

    private Region OfValue(ArgumentDimension argument, ArgumentRule demand, bool grants)
    {
        var parts = PartsOf(demand).Select(p => OfPart(argument, p.Form, p.Demand, grants)).ToList();
        if (!grants)
        {
            return Region.And(parts);
        }

        var present = Region.Of(argument, ArgumentDimension.Present, t => t == Truth.True);
        var given = Region.And([present, .. parts]);
        return demand.Optional
            ? Region.Or([given, Region.Of(argument, ArgumentDimension.Present, t => t == Truth.False)])
            : given;
    }

    private Region OfPart(ArgumentDimension argument, ArgumentForm form, ArgumentRule demand, bool grants)
    {
        var question = TextOf([demand], grants);
        // What is asked of a query, a filter or markup is compared as a whole: the same text asks for the same.
        FactDimension? dimension = form switch
        {
            ArgumentForm.Plain => argument.TryAsk(question, demand, grants) ? argument : null,
            ArgumentForm.Parsed => null,
            _ when space.Cuts(FactSpace.NameOf(argument.Path, form))
                    && space.Form(argument.Path, form).TryAsk(question, demand, grants) => space.Form(
                argument.Path,
                form
            ),
            _ => null,
        };
        return dimension is null ? Predicate([demand], grants) : Region.Of(dimension, question, t => Fits(t, grants));
    }

    private Region? OfItems(ImmutableArray<string> path, ArgumentRule demand, bool grants)
    {
        if (
            PartsOf(demand).ToList() is not [var (form, _)]
            || form == ArgumentForm.Parsed
            || !space.Cuts(FactSpace.NameOfItems(path, form))
            || !space.Items(path, form).TryAsk(TextOf([demand], grants), demand, grants)
        )
        {
            return null;
        }

        return Region.Of(space.Items(path, form), TextOf([demand], grants), t => Fits(t, grants));
    }

    // INVARIANT: what a grant doesn't name must be absent, in the call and in each object that it names parts of.
    private IEnumerable<Region> Closed(List<ImmutableArray<string>> named)
    {
        var objects = new SortedDictionary<string, ImmutableArray<string>>(StringComparer.Ordinal);
        foreach (var path in named)
        {
            for (var length = 0; length < path.Length; length++)
            {
                objects[string.Join('.', path[..length])] = path[..length];
            }
        }

        foreach (var at in objects.Values)
        {
            yield return Region.Of(space.Others(at), OthersDimension.None, t => t == Truth.True);
            if (!at.IsEmpty)
            {
                yield return Region.Of(space.Argument(at), ArgumentDimension.IsObject, t => t == Truth.True);
            }

            var names = named
                .Where(p => p.Length > at.Length && p.AsSpan(0, at.Length).SequenceEqual(at.AsSpan()))
                .Select(p => p[at.Length])
                .ToHashSet(StringComparer.Ordinal);
            yield return new Region(1, () => AbsentBeside(at, names));
        }
    }

    private ImmutableArray<Box> AbsentBeside(ImmutableArray<string> at, HashSet<string> names) =>
        Region.Meet(
            space
                .Below(at)
                .Where(d => !names.Contains(d.Path[^1]))
                .Select(d => Region.BoxesOf(d, d.SetOf(ArgumentDimension.Present, t => t == Truth.False)))
        );

    private static IEnumerable<(ArgumentForm Form, ArgumentRule Demand)> PartsOf(ArgumentRule demand)
    {
        if (demand.AnyCase)
        {
            // Another case of a value is read otherwise than texts are cut here: compared as a whole.
            yield return (ArgumentForm.Parsed, demand with { Optional = false });
            yield break;
        }

        var bare = new ArgumentRule { Path = demand.Path };
        var plain = demand with
        {
            Host = null,
            File = null,
            Networks = [],
            Optional = false,
            Sql = null,
            Operators = null,
            Markup = Markup.Any,
        };
        if (
            !plain.In.IsEmpty
            || plain.Least is not null
            || plain.Most is not null
            || plain.Glob is not null
            || plain.MaxLength is not null
        )
        {
            yield return (ArgumentForm.Plain, plain);
        }

        if (demand.Host is not null)
        {
            yield return (ArgumentForm.Host, bare with { Host = demand.Host });
        }

        if (demand.File is not null)
        {
            yield return (ArgumentForm.File, bare with { File = demand.File });
        }

        if (!demand.Networks.IsEmpty)
        {
            yield return (ArgumentForm.Network, bare with { Networks = demand.Networks });
        }

        if (demand.Sql is not null)
        {
            yield return (ArgumentForm.Parsed, bare with { Sql = demand.Sql });
        }

        if (demand.Operators is not null)
        {
            yield return (ArgumentForm.Parsed, bare with { Operators = demand.Operators });
        }

        if (demand.Markup != Markup.Any)
        {
            yield return (ArgumentForm.Parsed, bare with { Markup = demand.Markup });
        }
    }

    private Region Predicate(ImmutableArray<ArgumentRule> demands, bool grants) =>
        Region.Of(space.Opaque(TextOf(demands, grants)), OpaqueDimension.Question, t => Fits(t, grants));

    private static string TextOf(IEnumerable<ArgumentRule> demands, bool grants) =>
        (grants ? "gives " : "takes ")
        + string.Join(' ', demands.Select(NormalForm.TextOf).Order(StringComparer.Ordinal));

    private static bool Fits(Truth truth, bool grants) => grants ? truth == Truth.True : truth != Truth.False;
}
