using Bartizan.Log.Witnessing;

namespace Bartizan.Log.Tests.Witnessing;

/// <summary>A witness in a directory of its own.</summary>
public abstract class TemporaryWitness : IDisposable
{
    protected string Root { get; } = Directory.CreateTempSubdirectory("bartizan-witness-").FullName;

    internal SmallLog Log { get; } = new();

    public void Dispose()
    {
        Directory.Delete(Root, recursive: true);
        GC.SuppressFinalize(this);
    }

    internal Witness Open(
        WitnessPolicy? logs = null,
        TimeProvider? clock = null,
        string name = "witness.example/w1",
        string? directory = null
    ) =>
        Witness.Open(
            new WitnessOptions
            {
                Directory = directory ?? Path.Combine(Root, "witness"),
                Name = name,
                Logs = logs ?? Log.AsPolicy(),
            },
            clock ?? TimeProvider.System
        );

    internal string StateFile(string origin = "example.com/log") =>
        Path.Combine(
            Root,
            "witness",
            Convert.ToHexStringLower(
                System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(origin))
            )
        );
}
