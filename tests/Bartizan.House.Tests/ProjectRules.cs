namespace Bartizan.House.Tests;

/// <summary>Which project may use which, as the table of the architecture has it. Tests may use anything.</summary>
internal static class ProjectRules
{
    public static IReadOnlyDictionary<string, string[]> MayUse { get; } =
        new Dictionary<string, string[]>
        {
            ["Cli"] = ["Daemon", "Client", "Guards", "Posture", "Records", "Log", "Core"],
            ["Daemon"] =
            [
                "Console",
                "Control",
                "Client",
                "Gateway",
                "Guards",
                "Posture",
                "Sandbox",
                "Vault",
                "Records",
                "Log",
                "Core",
            ],
            ["Console"] = ["Client"],
            ["Control"] = ["Client", "Core", "Records", "Posture"],
            ["Client"] = [],
            ["Gateway"] = ["Core"],
            ["Posture"] = ["Records", "Client", "Core"],
            ["Sandbox"] = ["Core"],
            ["Vault"] = ["Core"],
            ["Guards"] = ["Core"],
            ["Records"] = ["Core", "Log"],
            ["Log"] = [],
            ["Core"] = [],
        };

    /// <summary>Assemblies that make a web framework, a database or an operating system of a project that uses them.</summary>
    public static IReadOnlyList<string> NotForCore { get; } =
    [
        "Microsoft.AspNetCore",
        "Microsoft.Extensions",
        "Microsoft.Data",
        "Microsoft.Win32",
        "SQLitePCLRaw",
        "Npgsql",
        "System.Data",
        "System.Net.Http",
        "System.Net.Sockets",
        "System.Diagnostics.Process",
        "System.IO.FileSystem",
        "System.IO.Pipes",
    ];

    public static IEnumerable<string> Check(string project, IEnumerable<string> references) =>
        MayUse.TryGetValue(project, out var allowed)
            ? from used in references
            where used != project && !allowed.Contains(used)
            select $"{project} may not use {used}; it may use {string.Join(", ", allowed)}"
            : [$"{project} stands in no line of the table; add it to the architecture and to {nameof(ProjectRules)}"];

    public static IEnumerable<string> CheckCore(IEnumerable<string> assemblies) =>
        from assembly in assemblies
        where NotForCore.Any(no => assembly == no || assembly.StartsWith(no + ".", StringComparison.Ordinal))
        select $"Core knows no web framework, no database and no operating system, so not {assembly}";
}
