using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>Reads <c>code</c>: the one tool of a server of its own, which no address and no command leads to.</summary>
internal sealed class CodeSection(ImmutableArray<ManifestError>.Builder errors)
{
    /// <summary>The servers, and the code tool's where there is one.</summary>
    public ImmutableDictionary<string, ToolServer> AddTo(
        ImmutableDictionary<string, ToolServer> servers,
        SourceNode.Map root,
        RunSection? run
    )
    {
        if (root.Find("code") is not SourceNode.Map map)
        {
            return servers;
        }

        if (servers.ContainsKey(CodeTerms.Server))
        {
            Report(
                root.PositionOf("code"),
                $"a server of `servers` is called `{CodeTerms.Server}`, which is what the code tool belongs to",
                "Give that server another name."
            );
            return servers;
        }

        return servers.Add(
            CodeTerms.Server,
            new ToolServer
            {
                Name = CodeTerms.Server,
                Code = ReadTerms(map, run ?? new RunSection()),
                Egress = ManifestReader.TextsOf(map.Find("egress")),
                Place = RuleReader.TextOf(map, "place"),
                Workspace = RuleReader.TextOf(map, "workspace") is null ? null : ServerWorkspace.ReadOnly,
            }
        );
    }

    private CodeTerms ReadTerms(SourceNode.Map map, RunSection run)
    {
        var isolation = RuleReader.TextOf(map, "isolation") switch
        {
            "oci" => IsolationKind.Oci,
            "bubblewrap" => IsolationKind.Bubblewrap,
            _ => run.Isolation,
        };
        var terms = new CodeTerms
        {
            Languages = ManifestReader
                .Entries(map.Find("languages"))
                .ToImmutableSortedDictionary(
                    one => one.Key.Text,
                    one => ManifestReader.TextsOf(one.Value),
                    StringComparer.Ordinal
                ),
            Isolation = isolation,
            Image = RuleReader.TextOf(map, "image") ?? (isolation == IsolationKind.Oci ? run.Image : null),
            OutputBytes = Units.TrySize(RuleReader.TextOf(map, "output") ?? "", out var output)
                ? output
                : new CodeTerms().OutputBytes,
            Limits = ManifestReader.ReadLimits(map.Find("limits") as SourceNode.Map, CodeTerms.UsualLimits),
        };
        Check(map, terms);
        return terms;
    }

    private void Check(SourceNode.Map map, CodeTerms terms)
    {
        if (terms.Languages.Count is 0 or > CodeTerms.MaxLanguages)
        {
            Report(
                map.PositionOf("languages"),
                $"code is in one to {CodeTerms.MaxLanguages} languages",
                "Name the ones that the agent needs, such as `python: [python3]`."
            );
        }

        if (terms.OutputBytes > CodeTerms.MaxOutput)
        {
            Report(
                map.PositionOf("output"),
                $"a result holds at most {CodeTerms.MaxOutput >> 10}KiB of a stream",
                "Say less."
            );
        }

        if (terms.Limits.WallClock > CodeTerms.MaxWallClock)
        {
            Report(
                map.PositionOf("limits"),
                $"a call of the code tool takes at most {CodeTerms.MaxWallClock.TotalMinutes:0}m",
                "Say a shorter `wall_clock`."
            );
        }

        if (terms.Isolation != IsolationKind.Oci)
        {
            if (terms.Image is not null)
            {
                Report(
                    map.PositionOf("image"),
                    "`image` has no container to be of",
                    "Say `isolation: oci`, or take it out."
                );
            }

            return;
        }

        if (terms.Image is null)
        {
            Report(
                map.PositionOf("isolation"),
                "`isolation: oci` has no image",
                "Add `image: NAME@sha256:…` to `code`."
            );
        }

        foreach (var (name, command) in terms.Languages)
        {
            if (!command.IsEmpty && !command[0].StartsWith('/'))
            {
                Report(
                    map.PositionOf("languages"),
                    $"`{SourceTree.Quote(command[0])}` of `{name}` is no path of the image",
                    "Name the program by its absolute path."
                );
            }
        }
    }

    private void Report(SourcePosition where, string what, string hint) => errors.Add(new(where, what, hint));
}
