namespace Bartizan.Core.Manifests;

/// <summary>The keys of a provider are those of its kind.</summary>
internal static class ProviderKeyChecks
{
    private static readonly string[] s_common = ["kind", "url", "with", "ca", "auth"];

    /// <summary>Checks them.</summary>
    public static void Check(
        string name,
        ProviderForm form,
        SourceNode.Map map,
        Action<SourcePosition, string, string> error
    )
    {
        var auth = map.Find("auth") as SourceNode.Map;
        foreach (
            var (key, _) in map
                .Entries.Where(one => !s_common.Contains(one.Key.Text) && !form.Keys.Contains(one.Key.Text))
                .Concat(auth?.Entries.Where(one => !form.SignIn.Contains(one.Key.Text)) ?? [])
        )
        {
            error(
                key.Position,
                $"`{SourceTree.Quote(key.Text)}` means nothing to a provider of the kind `{form.Word}`",
                "Take it out."
            );
        }

        if (form.NeedsCredential && map.Find("with") is null)
        {
            error(
                map.Position,
                $"`{name}` doesn't say what it is signed in to with",
                "Name a credential of the vault: `with: NAME`."
            );
        }

        if (RuleReader.TextOf(map, "url") is null && form.DefaultUrl(ProviderReader.SettingsOf(map)) is null)
        {
            error(map.Position, $"`{name}` doesn't say where it is", "Write `url: \"https://HOST\"`.");
        }

        if (form.Ways.IsEmpty)
        {
            return;
        }

        var ways = form.Ways.Count(way => auth?.Find(way) is not null);
        if (ways != 1)
        {
            error(
                map.PositionOf("auth"),
                ways == 0
                    ? $"`{name}` doesn't say how it is signed in to"
                    : $"`auth` of `{name}` needs exactly one of {string.Join(", ", form.Ways.Select(way => $"`{way}`"))}",
                form.WaysHint
            );
        }
    }
}
