using Bartizan.Core.Ports;
using Bartizan.Gateway.Model;

namespace Bartizan.Gateway.Readers;

/// <summary>What quarantined readers read with.</summary>
/// <param name="Models">The way to models: a reader has no other.</param>
/// <param name="Readings">Who opens the sessions that they read in.</param>
public sealed record ReaderGround(ModelGateway Models, IReadings Readings);
