using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Posture.Images;

/// <summary>The programs that a manifest needs in its image: its command's and those of <c>exec</c> rules.</summary>
public static class NeededPrograms
{
    private static readonly ImmutableDictionary<string, string> s_packages = new Dictionary<string, string>(
        StringComparer.Ordinal
    )
    {
        ["bash"] = "bash",
        ["sh"] = "dash",
        ["cat"] = "coreutils",
        ["cp"] = "coreutils",
        ["ls"] = "coreutils",
        ["mv"] = "coreutils",
        ["env"] = "coreutils",
        ["curl"] = "curl",
        ["find"] = "findutils",
        ["gcc"] = "gcc",
        ["git"] = "git",
        ["go"] = "golang-go",
        ["grep"] = "grep",
        ["java"] = "default-jre-headless",
        ["jq"] = "jq",
        ["make"] = "make",
        ["node"] = "nodejs",
        ["npm"] = "npm",
        ["npx"] = "npm",
        ["perl"] = "perl-base",
        ["pip"] = "python3-pip",
        ["pip3"] = "python3-pip",
        ["psql"] = "postgresql-client",
        ["python3"] = "python3-minimal",
        ["rg"] = "ripgrep",
        ["ruby"] = "ruby",
        ["sed"] = "sed",
        ["ssh"] = "openssh-client",
        ["tar"] = "tar",
    }.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>Their names, without folders.</summary>
    public static ImmutableSortedSet<string> Of(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var rules = manifest
            .Layers.Where(layer => !layer.IsCeiling)
            .SelectMany(layer => layer.Rules)
            .Where(rule => rule.Verb == Verb.Exec && rule.Effect != Effect.Deny)
            .Select(rule => rule.Pattern.Split(' ', 2)[0])
            .Where(word => !word.AsSpan().ContainsAny("*{}"));
        return
        [
            .. (manifest.Run?.Command is { IsDefaultOrEmpty: false } command ? rules.Append(command[0]) : rules)
                .Select(word => word[(word.LastIndexOf('/') + 1)..])
                .Where(word => word.Length > 0),
        ];
    }

    /// <summary>The Debian package that has a program; null when none is known.</summary>
    public static string? PackageOf(string program) => s_packages.GetValueOrDefault(program);
}
