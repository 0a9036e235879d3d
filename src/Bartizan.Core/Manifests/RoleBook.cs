using System.Collections.Immutable;
using Bartizan.Core.Conditions;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Manifests;

/// <summary>
/// The roles that a manifest may name: its own and its baselines', each with its own rules and the roles it includes. The
/// nearest definition of a name counts.
/// </summary>
internal sealed class RoleBook(ImmutableArray<ManifestError>.Builder errors, ConditionSchema schema)
{
    private readonly Dictionary<string, Role> _roles = new(StringComparer.Ordinal);

    /// <summary>Takes the roles of a file; one whose name is known already, from a nearer file, is passed over.</summary>
    public void Add(SourceNode.Map from, IReadOnlyDictionary<string, ImmutableArray<string>>? groups = null)
    {
        foreach (var (name, said) in ManifestReader.Entries(from.Find("define_roles")))
        {
            var map = said as SourceNode.Map;
            var rules = new RuleReader(errors, isCeiling: false, schema, groups).Read(
                map is null ? said : map.Find("rules"),
                name.Text
            );
            var includes = ManifestReader.Items(map?.Find("includes")).OfType<SourceNode.Scalar>().ToImmutableArray();
            _roles.TryAdd(name.Text, new Role(rules, includes));
            if (map is not null && map.Find("rules") is null && map.Find("includes") is null)
            {
                Report(
                    name,
                    $"the role `{SourceTree.Quote(name.Text)}` has neither rules nor includes",
                    "Give it one."
                );
            }
        }
    }

    /// <summary>The rules of the roles that a list names, includes followed, each role once.</summary>
    public ImmutableArray<Rule> RulesOf(SourceNode? list, out ImmutableHashSet<string> used)
    {
        var rules = ImmutableArray.CreateBuilder<Rule>();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var named in ManifestReader.Items(list).OfType<SourceNode.Scalar>())
        {
            foreach (var name in Find(named, except: null))
            {
                Take(name, [], taken, rules);
            }
        }

        used = [.. taken];
        return rules.ToImmutable();
    }

    private void Take(string name, ImmutableList<string> way, HashSet<string> taken, ImmutableArray<Rule>.Builder rules)
    {
        if (!taken.Add(name))
        {
            return;
        }

        var role = _roles[name];
        rules.AddRange(role.Rules);
        foreach (var said in role.Includes)
        {
            foreach (var included in Find(said, except: name))
            {
                if (included == name || way.Contains(included))
                {
                    Report(
                        said,
                        $"the role `{SourceTree.Quote(included)}` includes itself in a circle",
                        "Take one of them out."
                    );
                }

                Take(included, way.Add(name), taken, rules);
            }
        }
    }

    // A wildcard means the roles there are; a role that it would include in itself is left out.
    private IEnumerable<string> Find(SourceNode.Scalar said, string? except)
    {
        if (!said.Text.Contains('*', StringComparison.Ordinal))
        {
            if (_roles.ContainsKey(said.Text))
            {
                return [said.Text];
            }

            Report(said, $"there is no role `{SourceTree.Quote(said.Text)}`", NearestWord.Hint(said.Text, _roles.Keys));
            return [];
        }

        var glob = Glob.Of(said.Text);
        var found = _roles
            .Keys.Where(name => name != except && glob.Matches(name))
            .Order(StringComparer.Ordinal)
            .ToList();
        if (found.Count == 0)
        {
            Report(said, $"no role fits `{SourceTree.Quote(said.Text)}`", NearestWord.Hint(said.Text, _roles.Keys));
        }

        return found;
    }

    private void Report(SourceNode.Scalar where, string message, string hint)
    {
        if (errors.Count < SourceTree.MaxErrors)
        {
            errors.Add(new ManifestError(where.Position, message, hint));
        }
    }

    private sealed record Role(ImmutableArray<Rule> Rules, ImmutableArray<SourceNode.Scalar> Includes);
}
