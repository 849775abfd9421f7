using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using OptOut;
using OptOut.Functions;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.RefuseStandIns();
builder.Services.AddOptOut(builder.Configuration);
builder.AddTelemetry();
builder.Build().Run();
