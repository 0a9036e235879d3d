using System.Collections.Immutable;
using Bartizan.Core.Budgets;
using Bartizan.Core.Conditions;

namespace Bartizan.Core.Manifests;

/// <summary>Puts a manifest together from its file and its baselines, and collects what is wrong with any of them.</summary>
internal sealed class ManifestAssembly(Func<string, string?> open, DateOnly? today)
{
    private readonly ImmutableArray<ManifestError>.Builder _errors = ImmutableArray.CreateBuilder<ManifestError>();
    private readonly ImmutableArray<ManifestError>.Builder _warnings = ImmutableArray.CreateBuilder<ManifestError>();
    private readonly List<string> _files = [];
    private readonly Dictionary<string, ImmutableArray<string>> _groups = new(StringComparer.Ordinal);
    private readonly List<CatalogueEntry> _catalogue = [];
    private readonly List<Consultation> _consultations = [];
    private readonly List<Budget> _budgets = [];
    private readonly List<Rule> _consequential = [];
    private readonly Dictionary<string, ImmutableSortedDictionary<string, string>> _people = new(
        StringComparer.Ordinal
    );
    private readonly Dictionary<SourceNode.Map, ImmutableArray<Rule>> _asked = new(ReferenceEqualityComparer.Instance);
    private ConditionSchema _schema = ConditionSchema.Standard;
    private TrustTerms _trust = new();
    private PlaceReader _places = null!;
    private RoleBook _roles = null!;
    private ImmutableHashSet<string> _usedRoles = [];

    /// <summary>Loads a manifest.</summary>
    public ManifestLoad Load(string text, string file)
    {
        _files.Add(file);
        var root = SourceTree.Read(text, file, _errors) as SourceNode.Map;
        if (root is null)
        {
            if (_errors.Count == 0)
            {
                _errors.Add(
                    new(new(file, 1, 1), "a manifest is a map of keys", "It starts with `apiVersion: bartizan/v1`.")
                );
            }

            return Finish(null);
        }

        new ShapeCheck(_errors).Check(root, ManifestShape.Manifest, "the manifest");
        var outwards = ReadBaselines(root, file);
        foreach (var (_, baseline) in outwards)
        {
            ReadAttributes(baseline);
        }

        _schema = SchemaOf(root);
        _roles = new RoleBook(_errors, _schema);
        _places = new PlaceReader(_errors, _schema);

        // INVARIANT: who may answer for a baseline's ask is said by baselines; what the manifest calls by a group's name isn't looked at.
        var theirGroups = _groups.ToImmutableDictionary(StringComparer.Ordinal);
        ReadGroups(root);
        _roles.Add(root, _groups);
        ImmutableArray<RuleLayer> baselines =
        [
            .. outwards.Select(one => ReadBaseline(one.Map, one.Name, theirGroups)).Reverse(),
        ];
        var manifest = Assemble(root, baselines);
        new ManifestChecks(_errors, _warnings, today).Check(manifest, root, _usedRoles);
        return Finish(manifest);
    }

    // The nearest first.
    private List<(string Name, SourceNode.Map Map)> ReadBaselines(SourceNode.Map root, string file)
    {
        var found = new List<(string Name, SourceNode.Map Map)>();
        var (from, current) = (root, file);
        while (from.Find("extends") is SourceNode.Scalar { IsEmpty: false } named)
        {
            var said = named.Text.Trim();
            var builtIn = Baselines.Names.Contains(said);
            var path = builtIn ? said : Resolve(current, said);
            if (_files.Contains(path) || found.Count >= ManifestLoader.MaxBaselines)
            {
                var what = _files.Contains(path) ? "extends itself in a circle" : "is one baseline too many";
                _errors.Add(new(named.Position, $"`{SourceTree.Quote(said)}` {what}", "Take it out."));
                break;
            }

            if ((builtIn ? Baselines.Read(said) : open(path)) is not { } text)
            {
                _errors.Add(
                    new(named.Position, $"there is no baseline `{SourceTree.Quote(said)}`", NoBaseline(said, path))
                );
                break;
            }

            var shown = builtIn ? $"{said} (built in)" : path;
            _files.Add(path);
            if (SourceTree.Read(text, shown, _errors) is not SourceNode.Map baseline)
            {
                _errors.Add(new(new(shown, 1, 1), "a baseline is a map of keys", ""));
                break;
            }

            found.Add((builtIn ? said : Path.GetFileNameWithoutExtension(path), baseline));
            (from, current) = (baseline, path);
        }

        return found;
    }

    private RuleLayer ReadBaseline(
        SourceNode.Map baseline,
        string name,
        ImmutableDictionary<string, ImmutableArray<string>> groups
    )
    {
        _roles.Add(baseline, groups);
        var rules = new RuleReader(_errors, isCeiling: true, _schema, groups).Read(baseline.Find("rules"));
        ReadTrust(baseline, groups);
        return new RuleLayer($"baseline {name}", IsCeiling: true, [.. rules, .. _asked[baseline]])
        {
            TimeZone = ManifestReader.ReadZone(baseline),
        };
    }

    // What conditions may name comes from all the files, so it is read before any rule.
    private void ReadAttributes(SourceNode.Map baseline)
    {
        new ShapeCheck(_errors).Check(baseline, ManifestShape.Baseline, "the baseline");
        ReadGroups(baseline);
        var (entries, asked) = new CatalogueReader(_errors).Read(baseline);
        _catalogue.AddRange(entries);
        _consultations.AddRange(new ConsultationReader(_errors).Read(baseline));
        _budgets.AddRange(BudgetReader.Read(baseline, _errors));
        _asked[baseline] = asked;
        foreach (var (person, said) in ManifestReader.Entries(baseline.Find("people")))
        {
            if (!_people.TryAdd(person.Text, ManifestReader.ReadAttributes(said)))
            {
                _errors.Add(
                    new(person.Position, $"`{SourceTree.Quote(person.Text)}` stands in two files", "Keep one of them.")
                );
            }
        }
    }

    private ConditionSchema SchemaOf(SourceNode.Map root)
    {
        var resource = _catalogue.SelectMany(entry => entry.Attributes.Keys).Append("tier");
        var user = _people.Values.SelectMany(one => one.Keys).Where(name => name is not ("id" or "groups"));
        return ConditionSchema.Standard.With([
            .. resource.Select(name => new ConditionAttribute(AttributeRoot.Resource, name, TypeOf(name))),
            .. ServeReader.AttributesOf(root),
            .. user.Select(name => new ConditionAttribute(AttributeRoot.User, name, ConditionType.String)),
        ]);
    }

    private static ConditionType TypeOf(string name) =>
        name == "tier" ? ConditionType.OneOf("low", "medium", "high") : ConditionType.String;

    // A baseline's conditions mean the baseline's groups: nobody below it may put other people in.
    private void ReadGroups(SourceNode.Map from)
    {
        foreach (var (name, people) in ManifestReader.Entries(from.Find("groups")))
        {
            ImmutableArray<string> members =
            [
                .. ManifestReader.Items(people).OfType<SourceNode.Scalar>().Select(s => s.Text),
            ];
            if (!_groups.TryAdd(name.Text, members))
            {
                _errors.Add(
                    new(
                        name.Position,
                        $"the group `{SourceTree.Quote(name.Text)}` is defined in two files",
                        "Keep one of them."
                    )
                );
            }
        }
    }

    private Manifest Assemble(SourceNode.Map root, ImmutableArray<RuleLayer> baselines)
    {
        var own = new RuleReader(_errors, isCeiling: false, _schema, _groups).Read(root.Find("rules"));
        var roles = _roles.RulesOf(root.Find("roles"), out _usedRoles);
        ReadTrust(root, _groups);
        var models = ManifestReader.ReadModels(root);
        var run = ManifestReader.ReadRun(root);
        var servers = new CodeSection(_errors).AddTo(
            new ReaderSection(_errors).AddTo(ManifestReader.ReadServers(root), root),
            root,
            run
        );
        var databases = ManifestReader.ReadDatabases(root);
        var git = ManifestReader.ReadGit(root);
        var told = databases
            .Values.Select(one => new ToolServer { Name = one.Name, Place = one.Place })
            .Concat(git.Values.Select(one => new ToolServer { Name = one.Name, Place = one.Place }));
        _consequential.AddRange(_places.Confine(models.Values, servers.Values.Concat(told)));
        _trust = _trust with { Confined = [.. _places.Hosts(models.Values)] };
        var manifest = new Manifest
        {
            Agent = RuleReader.TextOf(root, "agent") ?? "",
            Version = int.TryParse(RuleReader.TextOf(root, "version"), out var version) ? version : 1,
            Owner = RuleReader.TextOf(root, "owner") ?? "",
            Description = RuleReader.TextOf(root, "description") ?? "",
            Environment = ManifestReader.ReadEnvironment(root),
            Run = run,
            Models = models,
            Servers = servers,
            Hosts = ManifestReader.ReadHosts(root),
            Databases = databases,
            Git = git,
            PinsRequired = RuleReader.TextOf(root, "pins") == "required",
            Credentials = CredentialReader.Read(root),
            Providers = ProviderReader.Read(root),
            Groups = _groups.ToImmutableDictionary(StringComparer.Ordinal),
            People = _people.ToImmutableDictionary(StringComparer.Ordinal),
            Catalogue = [.. _catalogue],
            Consultations = ReadConsultations(root),
            Trust = _trust,
            Circuit = CircuitReader.Read(root),
            Serve = ServeReader.Read(root, _errors),
            Guards = GuardReader.Read(root, _errors),
            Budget = Budget.Of([.. _budgets, .. BudgetReader.Read(root, _errors)]),
            Layers = GitNames.Fold(
                [
                    .. baselines,
                    .. Consequential(),
                    new RuleLayer("manifest", IsCeiling: false, [.. own, .. roles])
                    {
                        TimeZone = ManifestReader.ReadZone(root),
                    },
                ],
                git.Keys
            ),
        };
        return GitHubNeeds.Fill(manifest);
    }

    // INVARIANT: a layer of their own, under which everything passes that they don't ask: in another's layer an ask could give what
    // nothing there allows.
    private ImmutableArray<RuleLayer> Consequential() =>
        _consequential.Count == 0
            ? []
            : [new RuleLayer(TrustReader.Layer, IsCeiling: true, [.. _consequential]) { OnlyAsks = true }];

    private void ReadTrust(SourceNode.Map file, IReadOnlyDictionary<string, ImmutableArray<string>> groups)
    {
        var reader = new TrustReader(_errors, _schema);
        var consequential = reader.ReadConsequential(file);
        _trust = _trust.With(
            reader.Read(file) with
            {
                Consequential = consequential,
                IsSaid = file.Find("trust") is not null,
                Declassify = ApprovalReader.ReadDeclassify(file, groups, _errors),
            }
        );
        if (_trust.Sources.Length + _trust.Sequences.Length + _trust.Stores.Length > TrustReader.MaxTerms)
        {
            _errors.Add(
                new(
                    file.PositionOf("trust"),
                    $"more than {TrustReader.MaxTerms} sources, sequences and stores would be looked at for each action",
                    "Use `*`, or fewer alternatives."
                )
            );
        }

        _consequential.AddRange(consequential);
        _places.Add(file);
    }

    private ImmutableArray<Consultation> ReadConsultations(SourceNode.Map root)
    {
        _consultations.AddRange(new ConsultationReader(_errors).Read(root));
        if (_consultations.Count > ConsultationReader.MaxConsultations)
        {
            _errors.Add(
                new(
                    root.PositionOf("consult"),
                    $"more than {ConsultationReader.MaxConsultations} decision points would be asked",
                    "Ask one that asks the others."
                )
            );
        }

        return [.. _consultations];
    }

    private static string Resolve(string file, string said)
    {
        var folder = Path.GetDirectoryName(file) ?? "";
        var (rooted, parts) = (Path.IsPathRooted(Path.Combine(folder, said)), new List<string>());
        foreach (var part in Path.Combine(folder, said).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count > 0 && parts[^1] != "..")
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != "." && !(part == ".." && rooted))
            {
                parts.Add(part);
            }
        }

        return (rooted ? "/" : "") + string.Join('/', parts);
    }

    private static string NoBaseline(string said, string path) =>
        said.Contains('/', StringComparison.Ordinal) || said.Contains('.', StringComparison.Ordinal)
            ? $"It was looked for as `{SourceTree.Quote(path)}`."
            : NearestWord.Hint(said, Baselines.Names) + " A file is named by its path: `./baseline.yaml`.";

    private ManifestLoad Finish(Manifest? manifest)
    {
        var errors = Ordered(_errors);
        return new ManifestLoad(errors.IsEmpty ? manifest : null, errors) { Warnings = Ordered(_warnings) };
    }

    private ImmutableArray<ManifestError> Ordered(ImmutableArray<ManifestError>.Builder found) =>
        [
            .. found
                .Distinct()
                .OrderBy(e => _files.FindIndex(f => e.Position.File.StartsWith(f, StringComparison.Ordinal)))
                .ThenBy(e => e.Position.Line)
                .ThenBy(e => e.Position.Column)
                .Take(SourceTree.MaxErrors),
        ];
}
